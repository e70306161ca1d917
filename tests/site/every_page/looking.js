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

  // Words, and what can be pressed, in a look that no page before had. A look: the path to it by name, class and
  // state, its own colours and letters, and whether it is small. Looks are told by numbers.
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
  const path = (one) => (one.parentElement ? `${path(one.parentElement)}>${said(one)}` : "");
  const hash = (words) => [...words].reduce((sum, sign) => (Math.imul(sum, 31) + sign.codePointAt(0)) | 0, 7);
  let fresh = [];

  function newLooks(known) {
    const seen = new Set(known), looks = [];
    fresh = [...document.body.querySelectorAll("*")].filter((one) => {
      const speaks = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!speaks && !one.matches("a, button, input, select, textarea, summary")) return false;
      const style = getComputedStyle(one), box = one.getBoundingClientRect();
      const look = hash([path(one), style.color, style.backgroundColor, style.fontSize, style.fontWeight,
        style.textDecorationLine, box.width < 24, box.height < 24].join());
      if (seen.has(look)) return false;
      seen.add(look);
      looks.push(look);
      return true;
    });
    return looks;
  }

  const settle = () => document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish());

  window.looking = {
    tooWide,
    // All that does not depend on colours, and which looks are new.
    async structure({ ours, known, rules }) {
      settle();
      const wrong = [...tooWide(), ...(ours ? [...smallTargets(), ...builtBadly()] : [])];
      return { wrong: wrong.concat(await audited(document, rules)), looks: newLooks(known) };
    },
    bySight(rules) {
      settle();
      return audited({ include: fresh }, rules);
    },
  };
})();
