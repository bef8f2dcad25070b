#!/usr/bin/env node
/*
 * The first lines that run, on whatever Node there is: plain old JavaScript, so that even a Node from ten years ago gets
 * far enough to say what is needed. Everything newer stands in load.cjs, which only a Node that is new enough reads.
 */
'use strict';

var MAJOR = 22;
var MINOR = 19;
var WORKS = 'npx -p node@24 -p threebody-tui threebody-tui';

function isNewEnough(version) {
  var parts = version.split('.');
  return Number(parts[0]) > MAJOR || (Number(parts[0]) === MAJOR && Number(parts[1]) >= MINOR);
}

function speaksIndonesian() {
  var env = process.env;
  for (var i = 2; i < process.argv.length; i += 1) {
    if (process.argv[i] === '--lang') return process.argv[i + 1] === 'id';
    if (process.argv[i].indexOf('--lang=') === 0) return process.argv[i] === '--lang=id';
  }
  return (env.THREEBODY_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || '').indexOf('id') === 0;
}

function sayWhatIsNeeded() {
  var needed = MAJOR + '.' + MINOR;
  var lines = speaksIndonesian()
    ? [
        'threebody-tui memerlukan Node.js ' +
          needed +
          ' atau lebih baru; yang ini ' +
          process.versions.node +
          '.',
        'Jalankan dengan Node yang sesuai, tanpa mengubah apa pun di komputer ini:',
      ]
    : [
        'threebody-tui needs Node.js ' + needed + ' or newer; this is ' + process.versions.node + '.',
        'Run it with a Node that fits, without changing anything on this computer:',
      ];
  process.stderr.write(lines.concat('', '  ' + WORKS, '').join('\n') + '\n');
  process.exitCode = 2;
}

/*
 * In a clone of the project a Node of the right version is among the development dependencies. Ctrl-C reaches both of
 * us from the terminal, so it is not passed on a second time.
 */
function handOver(node) {
  var child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
    stdio: 'inherit',
  });
  var handlers = {
    SIGINT: function () {},
    SIGTERM: function () {
      child.kill('SIGTERM');
    },
    SIGHUP: function () {
      child.kill('SIGHUP');
    },
  };
  Object.keys(handlers).forEach(function (name) {
    process.on(name, handlers[name]);
  });
  child.on('error', sayWhatIsNeeded);
  child.on('exit', function (code, signal) {
    process.exitCode = code;
    if (signal === null) return;
    if (handlers[signal]) process.removeListener(signal, handlers[signal]);
    process.kill(process.pid, signal);
  });
}

function ownNode() {
  var fs = require('fs');
  var node = require('path').join(__dirname, '..', 'node_modules', 'node', 'bin', 'node');
  return fs.existsSync(node) && fs.realpathSync(node) !== fs.realpathSync(process.execPath) ? node : null;
}

function start() {
  if (isNewEnough(process.versions.node)) {
    require('./load.cjs');
    return;
  }
  var node = ownNode();
  if (node === null) sayWhatIsNeeded();
  else handOver(node);
}

start();
