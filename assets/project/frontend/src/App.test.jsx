import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from './App.jsx';

const GO = '{"source":"go","data":[{"id":1,"name":"Kopi Gayo","price":15000,"stock":3}]}';
const LARAVEL = '{"data":[{"id":1,"name":"Kopi Gayo","price":"15000.00","stock":3}]}';

/** What each back end answers; a test replaces one of them. */
let answers;
beforeEach(() => {
  answers = { go: () => new Response(GO), laravel: () => new Response(LARAVEL) };
  vi.stubGlobal(
    'fetch',
    vi.fn(async (url) => answers[String(url).split('/')[1]]()),
  );
  vi.stubGlobal('navigator', { languages: ['en-GB'] });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const panel = (name) => within(screen.getByRole('region', { name }));
const summary = () => screen.getByRole('status').textContent;

describe('the page', () => {
  it('lists the products of both back ends, and says that they agree', async () => {
    render(<App />);
    expect(summary()).toBe('Loading …');
    await waitFor(() => expect(summary()).toBe('2 of 2 back ends answer. Both hold the same.'));
    for (const name of ['Go', 'Laravel']) {
      const row = panel(name).getByRole('row', { name: /Kopi Gayo/ });
      expect(row.textContent).toMatch(/15,000.*3/);
    }
    expect(screen.getByText('/laravel/api/products')).toBeTruthy();
  });

  it('says which back end is down and why, and still shows the other', async () => {
    answers.laravel = () => new Response('Bad Gateway', { status: 502 });
    render(<App />);
    await waitFor(() => expect(summary()).toBe('1 of 2 back ends answer. Down: Laravel.'));
    expect(panel('Laravel').getByRole('alert').textContent).toMatch(/HTTP 502.*kubectl get pods/);
    expect(panel('Go').getByText('Kopi Gayo')).toBeTruthy();
  });

  it('passes on why a back end refuses', async () => {
    answers.go = () => new Response('{"error":"…","reason":"missing-table"}', { status: 503 });
    render(<App />);
    await waitFor(() =>
      expect(panel('Go').getByRole('alert').textContent).toMatch(/HTTP 503: missing-table\./),
    );
  });

  it('asks one back end again, and only that', async () => {
    answers.go = () => {
      throw new TypeError('Failed to fetch');
    };
    render(<App />);
    await waitFor(() => expect(panel('Go').getByRole('alert').textContent).toMatch(/cannot be reached/));
    answers.go = () => new Response(GO);
    fetch.mockClear();
    fireEvent.click(screen.getByRole('button', { name: 'Reload Go' }));
    await waitFor(() => expect(summary()).toBe('2 of 2 back ends answer. Both hold the same.'));
    expect(fetch.mock.calls.map(([url]) => url)).toEqual(['/go/api/products']);
  });

  it('says when the two differ, and when there is nothing yet', async () => {
    answers.go = () => new Response('{"data":[]}');
    render(<App />);
    await waitFor(() => expect(summary()).toBe('2 of 2 back ends answer. They differ.'));
    expect(panel('Go').getByText(/no products yet/)).toBeTruthy();
  });

  it('shows each as loading until it has answered', async () => {
    const { promise, resolve } = Promise.withResolvers();
    answers.go = () => promise;
    render(<App />);
    await waitFor(() => expect(panel('Laravel').getByText('Kopi Gayo')).toBeTruthy());
    expect(screen.getByRole('region', { name: 'Go' }).getAttribute('aria-busy')).toBe('true');
    expect(screen.getByRole('button', { name: 'Reload Go' }).disabled).toBe(true);
    expect(summary()).toBe('Loading …');
    await act(async () => resolve(new Response(GO)));
    await waitFor(() => expect(panel('Go').getByText('Kopi Gayo')).toBeTruthy());
  });

  it('speaks the language of the browser, and the other one on demand', async () => {
    vi.stubGlobal('navigator', { languages: ['fr', 'id-ID'] });
    render(<App />);
    await waitFor(() => expect(summary()).toBe('2 dari 2 back end menjawab. Isi keduanya sama.'));
    expect(document.documentElement.lang).toBe('id');
    fireEvent.click(screen.getByRole('button', { name: 'English' }));
    expect(summary()).toBe('2 of 2 back ends answer. Both hold the same.');
    expect(document.documentElement.lang).toBe('en');
  });
});
