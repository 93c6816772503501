import { mount } from 'svelte';
import './styles/base.css';
import App from './app/App.svelte';
import { applyTheme } from './app/theme';

applyTheme();
const target = document.getElementById('console');
if (target) mount(App, { target });
