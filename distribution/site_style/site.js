// What the theme leaves out for whoever uses a keyboard alone, or has the page read aloud: a table that is wider than the
// window can be reached, and the search says what it is.
function complete() {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const around of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (around.scrollWidth > around.clientWidth) {
      around.tabIndex = 0;
    } else {
      around.removeAttribute("tabindex");
    }
  }
}

// The theme wraps tables after the page is loaded.
new ResizeObserver(complete).observe(document.querySelector("article"));
