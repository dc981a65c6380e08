import { render } from 'preact';

import { App } from './app.ts';
import { tab_tokens } from './session.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/panels.css';
import { Page } from './ui/page.tsx';

render(<Page app={new App(tab_tokens)} />, document.getElementById('app')!);
