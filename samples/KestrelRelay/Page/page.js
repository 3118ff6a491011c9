'use strict';

// There is a snapshot a second: without one for so long, the host is gone, or the way to it.
const longestSilence = 5000;
const pause = 2000;

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const numbers = new Intl.NumberFormat('en');

const showRelays = table('relays', relay => relay.name, relay => [
  [relay.name],
  [relay.listen],
  [relay.upstream],
  [`${numbers.format(relay.open)} of ${numbers.format(relay.maxConnections)}`],
]);

const showConnections = table('connections', connection => connection.id, connection => [
  [connection.client],
  [connection.upstream, `through ${connection.relay}`],
  [time(connection.seconds)],
  bytes(connection.bytesThere),
  rate(connection.rateThere),
  bytes(connection.bytesBack),
  rate(connection.rateBack),
]);

watch();

function watch() {
  const source = new EventSource('events');
  let silence = setTimeout(lose, longestSilence);

  function lose() {
    source.close();
    clearTimeout(silence);
    tell('No connection to the host, trying again', true);
    setTimeout(watch, pause);
  }

  source.onerror = lose;
  source.onmessage = message => {
    clearTimeout(silence);
    silence = setTimeout(lose, longestSilence);
    show(JSON.parse(message.data));
    tell('Live', false);
  };
}

function tell(state, isStale) {
  put(document.getElementById('state'), [state]);
  document.body.classList.toggle('stale', isStale);
}

function show(snapshot) {
  put(document.getElementById('open'), [numbers.format(snapshot.open)]);
  put(document.getElementById('rate-there'), rate(snapshot.rateThere));
  put(document.getElementById('rate-back'), rate(snapshot.rateBack));
  put(document.getElementById('bytes-there'), bytes(snapshot.bytesThere));
  put(document.getElementById('bytes-back'), bytes(snapshot.bytesBack));
  showRelays(snapshot.relays);
  showConnections(snapshot.connections);
  const more = snapshot.open - snapshot.connections.length;
  put(document.getElementById('more'), [snapshot.open === 0 ? 'Nobody is connected.' : more > 0 ? `and ${numbers.format(more)} more, less busy` : '']);
}

// Returns a function that shows items as the rows of a table. An item that is shown already keeps its row, so that what a reader has selected in it stays so.
function table(id, keyOf, cellsOf) {
  const { tHead, tBodies: [body] } = document.getElementById(id);
  const columns = Array.from(tHead.rows[0].cells, cell => cell.textContent);
  let rows = new Map();

  function newRow() {
    const row = document.createElement('tr');
    row.setAttribute('role', 'row');
    columns.forEach((column, i) => {
      const cell = document.createElement(i === 0 ? 'th' : 'td');
      cell.setAttribute('role', i === 0 ? 'rowheader' : 'cell');
      cell.dataset.column = column;
      row.append(cell);
    });
    row.cells[0].scope = 'row';
    return row;
  }

  return items => {
    const now = new Map(items.map(item => [keyOf(item), item]));
    rows.forEach((row, key) => now.has(key) || row.remove());
    rows = new Map(items.map(item => [keyOf(item), rows.get(keyOf(item)) ?? newRow()]));
    [...rows].forEach(([key, row], i) => {
      cellsOf(now.get(key)).forEach((cell, column) => put(row.cells[column], cell));
      if (body.rows[i] !== row) {
        body.insertBefore(row, body.rows[i] ?? null);
      }
    });
  };
}

// The only way into the document, which takes everything as text.
function put(element, [text, title = '']) {
  if (element.textContent !== text) {
    element.textContent = text;
  }

  element.title = title;
}

function bytes(count) {
  return [scaled(count), `${numbers.format(count)} bytes`];
}

function rate(perSecond) {
  return [`${scaled(perSecond)}/s`];
}

function scaled(count) {
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit++;
  }

  return `${unit === 0 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

function time(seconds) {
  const two = number => String(Math.floor(number) % 60).padStart(2, '0');
  const minutes = seconds / 60;
  return minutes < 60 ? `${Math.floor(minutes)}:${two(seconds)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`;
}
