// The editor, one module for each thing it does. All of it enhances a form that works without.
import "./editor/views.js";
import "./editor/bar.js";
import "./editor/toolbar.js";
import "./editor/palette.js";
import "./editor/preview.js";
import "./editor/scrolling.js";
import "./editor/completion.js";
import "./editor/pasting.js";
import "./editor/pictures.js";
import "./editor/outline.js";
import "./editor/tags.js";
import "./editor/visibility.js";
import "./editor/drafts.js";
