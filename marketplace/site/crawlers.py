"""How the site is found and shared: what crawlers may read, the map of what is public, the installed icon."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Company
from projects.models import Project

MOST = 20_000  # projects on the map, and companies; the protocol takes 50,000 addresses
HOUR, DAY = 3600, 86_400
PAPER = "#f8f5ee"  # --color-paper by day, which a manifest cannot name

# Everything is closed but what stands here, so that a new address is private until somebody opens it.
# The longest rule that fits wins (RFC 9309); `$` ends an address, so searches are not crawled.
ROBOTS = """\
User-agent: *
Disallow: /
Allow: /$
Allow: /accounts/signup/$
Allow: /companies/*/$
Disallow: /companies/*/*/
Allow: /projects/$
Allow: /projects/*/$
Disallow: /projects/*/*/
Allow: /projects/templates/
Disallow: /projects/mine/$
Disallow: /projects/new/$
Allow: /static/
Allow: /favicon.ico$
Allow: /site.webmanifest$
Allow: /sitemap.xml$
Allow: /.well-known/security.txt$

Sitemap: {site}/sitemap.xml
"""
MAP = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{}\n</urlset>\n'


@require_safe
@cache_control(public=True, max_age=DAY)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS.format(site=settings.SITE_URL), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=DAY)
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116). It must say until when it holds; asked again it holds longer."""
    first = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{first + timedelta(days=180):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "en",
        "Canonical": f"{settings.SITE_URL}{request.path}",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages for everybody, the open projects, the newest first, and the companies they belong to."""
    lines = "\n".join(entries())
    return HttpResponse(MAP.format(lines), content_type="application/xml; charset=utf-8")


def entries() -> Iterator[str]:
    for name in ("home", "projects:list", "projects:templates", "account_signup"):
        yield entry(reverse(name))
    found = Project.objects.open()
    for public_id, changed_at in found.newest_first().values_list("public_id", "changed_at")[:MOST]:
        yield entry(reverse("projects:project", args=[public_id]), changed_at.date().isoformat())
    companies = Company.objects.filter(pk__in=found.values("company")).order_by("pk")
    for slug in companies.values_list("slug", flat=True)[:MOST]:
        yield entry(reverse("accounts:company", args=[slug]))


def entry(path: str, changed_on: str = "") -> str:
    changed = f"<lastmod>{changed_on}</lastmod>" if changed_on else ""
    return f"<url><loc>{escape(settings.SITE_URL + path)}</loc>{changed}</url>"


@require_safe
@cache_control(public=True, max_age=DAY)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the site beside its apps; without a network there is nothing to show."""
    answer = JsonResponse(described(), json_dumps_params={"indent": 1})
    answer["Content-Type"] = "application/manifest+json"
    return answer


def described() -> dict[str, Any]:
    icons = [
        {"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {"src": static(f"img/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"}
            for side in (192, 512)
        ),
        {
            "src": static("img/icon-maskable.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    return {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": "Short, paid, professional projects for students.",
        "lang": "en",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": icons,
    }


@require_safe
@cache_control(public=True, max_age=DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """For whoever asks without having read a page, such as a reader of feeds."""
    return redirect(static("img/favicon.ico"))
