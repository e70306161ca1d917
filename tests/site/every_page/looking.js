// What is asked of a page from inside; `axe` is there before it. Each answer is a list of what is wrong.
(() => {
  const all = (words) => [...document.querySelectorAll(words)];
  const of = (one) => one.outerHTML.slice(0, 160);

  const audited = (where, options) => axe
    .run(where, { resultTypes: ["violations"], preload: false, ...options })
    .then((found) => found.violations.flatMap((rule) => rule.nodes.map(
      (node) => `${rule.id}: ${node.target} ${node.html.slice(0, 160)} ${node.any.map((one) => one.message)}`)));

  function tooWide() {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    return [`needs ${document.documentElement.scrollWidth} px of ${innerWidth}`, ...all("main *, #container *")
      .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.firstElementChild)
      .map((one) => `too wide: ${of(one)}`)];
  }

  const smallTargets = () => all("button, .button, summary, select, input, textarea, .nav-link, .back")
    .filter((one) => one.checkVisibility() && !one.matches("[type=hidden], [type=checkbox], [type=radio]"))
    .filter((one) => one.getBoundingClientRect().height < 44)
    .map((one) => `less than 44 px high: ${of(one)}`);

  function builtBadly() {
    const wrong = [], ids = all("[id]").map((one) => one.id);
    for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) wrong.push(`two things have the id ${id}`);
    for (const label of all("label[for]"))
      if (!document.getElementById(label.htmlFor)?.matches("input, select, textarea, output, progress"))
        wrong.push(`a label of nothing: ${of(label)}`);
    let before = 0;
    for (const head of all("h1, h2, h3, h4, h5, h6").filter((one) => one.checkVisibility())) {
      const level = Number(head.tagName[1]);
      if (level > before + 1) wrong.push(`h${level} follows h${before}: ${of(head)}`);
      before = level;
    }
    for (const one of all("button:not([type])")) wrong.push(`a button without a type: ${of(one)}`);
    for (const one of all("[style], style, script:not([src], [type='application/json'])")) wrong.push(`inline: ${of(one)}`);
    for (const one of all("*"))
      for (const name of one.getAttributeNames()) if (name.startsWith("on")) wrong.push(`inline: ${of(one)}`);
    for (const one of all("a[href='#'], a:not([href]), img:not([alt])")) wrong.push(`goes nowhere: ${of(one)}`);
    return wrong;
  }

  // Words, and what can be pressed, in a look that no page before had. A look: its own name, class and state and those
  // of the three around it, its colours, the ground it stands on, its letters, and whether it is small; a small one is
  // told by the whole path to it, since what stands beside it counts. Looks are told by numbers.
  const states = ["aria-current", "aria-invalid", "aria-expanded", "aria-pressed", "disabled", "readonly", "open"];
  const attributes = ["class", "role", "type", ...states];
  // The administration styles by ids as well; what only names a field, a table or a row there makes no look.
  const inAdmin = () => document.getElementById("container");
  const bare = (words) => words?.replace(/(^|\s)(app|model|field|column|id|module)[-_]\S+/g, "");
  const named = (one) => (inAdmin() ? bare(one.id) : "");
  const valued = (one, name) => {
    const value = one.getAttribute(name);
    return name === "class" && inAdmin() ? bare(value) : value;
  };
  const said = (one) => [one.localName, named(one), ...attributes.map((name) => valued(one, name))].join("|");
  const path = (one, steps) => (one.parentElement && steps ? `${path(one.parentElement, steps - 1)}>${said(one)}` : "");
  const clear = "rgba(0, 0, 0, 0)";
  const ground = (one) => {
    const { backgroundColor, backgroundImage, opacity } = getComputedStyle(one);
    const here = [backgroundColor, backgroundImage, opacity].join();
    return backgroundColor !== clear || !one.parentElement ? here : `${here}${ground(one.parentElement)}`;
  };
  const hash = (words) => [...words].reduce((sum, sign) => (Math.imul(sum, 31) + sign.codePointAt(0)) | 0, 7);
  function newLooks(known) {
    const seen = new Set(known), looks = [];
    const fresh = [...document.body.querySelectorAll("*")].filter((one) => {
      const speaks = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!speaks && !one.matches("a, button, input, select, textarea, summary")) return false;
      const style = getComputedStyle(one), box = one.getBoundingClientRect();
      const isPressed = one.matches("a, button, input, select, textarea, summary") && style.display !== "inline";
      const isSmall = isPressed && (box.width < 24 || box.height < 24);
      const around = one.parentElement ? getComputedStyle(one.parentElement).color : "";
      const look = hash([path(one, isSmall ? Infinity : 4), style.color, around, ground(one), style.fontSize,
        style.fontWeight, style.textDecorationLine, isSmall].join());
      if (seen.has(look)) return false;
      seen.add(look);
      looks.push(look);
      return true;
    });
    return { fresh, looks };
  }

  const settle = () => document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish());

  window.looking = {
    tooWide,
    // All that does not depend on colours.
    async structure({ ours, rules }) {
      settle();
      const wrong = [...tooWide(), ...(ours ? [...smallTargets(), ...builtBadly()] : [])];
      return wrong.concat(await audited(document, rules));
    },
    // What is found by sight in looks that are not known, and which these are.
    async bySight({ known, rules }) {
      settle();
      const { fresh, looks } = newLooks(known);
      return { wrong: fresh.length ? await audited({ include: fresh }, rules) : [], looks };
    },
  };
})();
