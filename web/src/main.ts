// The page's one script.
import { apis } from './apis';
import { App } from './app';

const root = document.getElementById('page');
if (root) void new App(root, apis()).start();
