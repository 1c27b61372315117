const base = new URL(document.currentScript.src).origin;
addEventListener('DOMContentLoaded', () => {
const div = document.querySelector('.fb-customerchat');
const page = div.getAttribute('page_id');
const host = document.getElementById('fb-root').appendChild(document.createElement('div'));
const root = host.attachShadow({mode: 'closed'});
const sheet = new CSSStyleSheet();
sheet.replaceSync(given.style);
root.adoptedStyleSheets = [sheet];
const button = root.appendChild(document.createElement('button'));
button.textContent = given.words.open;
let frame = null;
button.onclick = () => {
if (frame) { frame.hidden = !frame.hidden; return; }
frame = root.appendChild(document.createElement('iframe'));
frame.src = base + '/plugin/frame?page_id=' + page + '&locale=' + given.locale;
};
addEventListener('message', (e) => {
if (!frame || e.source !== frame.contentWindow || e.origin !== base) return;
const channel = new MessageChannel();
const saved = JSON.parse(localStorage.getItem('frontdesk:' + page) || '{}');
channel.port1.onmessage = ({data}) => {
if (data.do === 'save') { Object.assign(saved, data.saved); localStorage.setItem('frontdesk:' + page, JSON.stringify(saved)); }
if (data.do === 'close') frame.hidden = true;
};
e.source.postMessage({frontdesk: 1, init: {page_id: page, ref: div.getAttribute('ref'), page_url: location.href, referrer: document.referrer, title: document.title, greeting: '', theme_color: '#1d6fb8', customer: null, saved, open: true, phone: innerWidth < 600}}, base, [channel.port2]);
});
});
