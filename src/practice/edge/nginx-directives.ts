/** Directives that nginx of our images knows: where they may stand and how many arguments they take. */
import { NginxError, type Directive } from './nginx-parse.js';

type Place =
  | 'main'
  | 'events'
  | 'http'
  | 'server'
  | 'location'
  | 'upstream'
  | 'if'
  | 'map'
  | 'types'
  | 'limit_except'
  | 'geo';
interface Rule {
  readonly in: readonly Place[];
  readonly min: number;
  readonly max: number;
  readonly block?: Place;
  readonly flag?: true;
}
const HSL = ['http', 'server', 'location'] as const;
const many = 64;
const rule = (places: readonly Place[], min: number, max = min): Rule => ({ in: places, min, max });
const flag = (places: readonly Place[]): Rule => ({ in: places, min: 1, max: 1, flag: true });
const block = (places: readonly Place[], min: number, max: number, inside: Place): Rule => ({
  in: places,
  min,
  max,
  block: inside,
});

function all(names: string, made: Rule): readonly (readonly [string, Rule])[] {
  return names.split(' ').map((name) => [name, made] as const);
}
const RULES = new Map<string, Rule>([
  ['events', block(['main'], 0, 0, 'events')],
  ['http', block(['main'], 0, 0, 'http')],
  ['server', block(['http'], 0, 0, 'server')],
  ['location', block(['server', 'location'], 1, 2, 'location')],
  ['upstream', block(['http'], 1, 1, 'upstream')],
  ['if', block(['server', 'location'], 1, many, 'if')],
  ['map', block(['http'], 2, 2, 'map')],
  ['geo', block(['http'], 1, 2, 'geo')],
  ['types', block(HSL, 0, 0, 'types')],
  ['limit_except', block(['location'], 1, many, 'limit_except')],
  ...all('user', rule(['main'], 1, 2)),
  ...all('worker_processes pid worker_rlimit_nofile daemon master_process', rule(['main'], 1)),
  ...all('load_module', rule(['main'], 1)),
  ...all('worker_connections use', rule(['events'], 1)),
  ...all('multi_accept accept_mutex', flag(['events'])),
  ['error_log', rule(['main', ...HSL], 1, many)],
  ['listen', rule(['server'], 1, many)],
  ['server_name', rule(['server'], 1, many)],
  ...all(
    'root alias default_type client_max_body_size keepalive_requests types_hash_max_size',
    rule([...HSL, 'if'], 1),
  ),
  ...all('index', rule(HSL, 1, many)),
  ...all('try_files', rule(['server', 'location'], 2, many)),
  ...all('error_page', rule([...HSL, 'if'], 2, many)),
  ...all('return', rule(['server', 'location', 'if'], 1, 2)),
  ...all('rewrite', rule(['server', 'location', 'if'], 2, 3)),
  ...all('set', rule(['server', 'location', 'if'], 2)),
  ...all('access_log', rule([...HSL, 'if', 'limit_except'], 1, many)),
  ...all('log_format', rule(['http'], 2, many)),
  ...all(
    'sendfile tcp_nopush tcp_nodelay server_tokens gzip gzip_vary etag log_not_found chunked_transfer_encoding merge_slashes proxy_buffering proxy_request_buffering proxy_ssl_verify proxy_ssl_server_name proxy_intercept_errors proxy_pass_request_headers absolute_redirect port_in_redirect server_name_in_redirect',
    flag([...HSL, 'if']),
  ),
  ...all('autoindex internal', { in: HSL, min: 0, max: 1 }),
  ...all('keepalive_timeout', rule(HSL, 1, 2)),
  ...all(
    'client_body_timeout client_header_timeout send_timeout client_body_buffer_size client_header_buffer_size reset_timedout_connection',
    rule(HSL, 1),
  ),
  ...all('large_client_header_buffers', rule(['http', 'server'], 2)),
  ...all('gzip_types gzip_proxied expires', rule([...HSL, 'if'], 1, many)),
  ...all('gzip_min_length gzip_comp_level gzip_http_version', rule(HSL, 1)),
  ...all('add_header', rule([...HSL, 'if'], 2, 3)),
  ...all('server_names_hash_bucket_size server_names_hash_max_size', rule(['http'], 1)),
  ...all('resolver', rule(HSL, 1, many)),
  ...all('resolver_timeout', rule(HSL, 1)),
  ...all('limit_req_zone', rule(['http'], 3, 4)),
  ...all('limit_req', rule(HSL, 1, 3)),
  ...all('limit_conn_zone', rule(['http'], 2)),
  ...all('limit_conn', rule(HSL, 2)),
  ...all('limit_req_status limit_conn_status limit_req_log_level limit_rate', rule(HSL, 1)),
  ...all('limit_req_dry_run', flag(HSL)),
  ...all('proxy_pass', rule(['location', 'if', 'limit_except'], 1)),
  ...all('proxy_set_header', rule(HSL, 2)),
  ...all(
    'proxy_connect_timeout proxy_read_timeout proxy_send_timeout proxy_http_version proxy_buffer_size proxy_busy_buffers_size proxy_next_upstream_timeout proxy_next_upstream_tries proxy_redirect_off proxy_method proxy_bind proxy_hide_header proxy_pass_header proxy_max_temp_file_size',
    rule(HSL, 1, 2),
  ),
  ...all('proxy_buffers proxy_cookie_path proxy_cookie_domain', rule(HSL, 2)),
  ...all('proxy_redirect', rule(HSL, 1, 2)),
  ...all('proxy_next_upstream proxy_ignore_headers', rule(HSL, 1, many)),
  ...all(
    'ssl_certificate ssl_certificate_key ssl_ciphers ssl_session_timeout ssl_dhparam ssl_ecdh_curve ssl_trusted_certificate ssl_client_certificate ssl_verify_client ssl_password_file ssl_buffer_size',
    rule(['http', 'server'], 1),
  ),
  ...all('ssl_protocols', rule(['http', 'server'], 1, many)),
  ...all('ssl_session_cache', rule(['http', 'server'], 1, 2)),
  ...all(
    'ssl_prefer_server_ciphers ssl_session_tickets ssl_stapling ssl_stapling_verify ssl_reject_handshake http2',
    flag(['http', 'server']),
  ),
  ...all('allow deny', rule([...HSL, 'limit_except'], 1)),
  ...all('auth_basic auth_basic_user_file satisfy', rule([...HSL, 'limit_except'], 1)),
  ...all('real_ip_header set_real_ip_from', rule(HSL, 1)),
  ...all('stub_status', { in: ['server', 'location'], min: 0, max: 1 }),
  ...all('break', rule(['server', 'location', 'if'], 0)),
  ...all('keepalive hash zone', rule(['upstream'], 1, 2)),
  ...all('least_conn ip_hash', rule(['upstream'], 0)),
  ...all('fastcgi_pass fastcgi_index', rule(['location', 'if'], 1)),
  ...all('fastcgi_param', rule(HSL, 2, 3)),
  ...all(
    'fastcgi_split_path_info fastcgi_read_timeout fastcgi_send_timeout fastcgi_connect_timeout fastcgi_buffer_size fastcgi_hide_header fastcgi_pass_header fastcgi_request_buffering fastcgi_buffering fastcgi_keep_conn fastcgi_intercept_errors fastcgi_busy_buffers_size',
    rule(HSL, 1),
  ),
  ...all('fastcgi_buffers open_file_cache', rule(HSL, 2, 3)),
  ...all(
    'client_body_temp_path proxy_temp_path fastcgi_temp_path uwsgi_temp_path scgi_temp_path',
    rule(HSL, 1, 4),
  ),
  ...all('gzip_static disable_symlinks', rule(HSL, 1)),
]);

/** @throws NginxError for the first directive that nginx would not take */
export function checkDirectives(directives: readonly Directive[], place: Place = 'main'): void {
  for (const one of directives) {
    const where = `in ${one.file}:${one.line}`;
    if (place === 'map' || place === 'types' || place === 'geo') continue;
    const known =
      place === 'upstream' && one.name === 'server' ? rule(['upstream'], 1, many) : RULES.get(one.name);
    if (known === undefined) throw new NginxError(`unknown directive "${one.name}" ${where}`);
    if (!known.in.includes(place))
      throw new NginxError(`"${one.name}" directive is not allowed here ${where}`);
    if (known.block !== undefined && one.block === null)
      throw new NginxError(`directive "${one.name}" has no opening "{" ${where}`);
    if (known.block === undefined && one.block !== null)
      throw new NginxError(`directive "${one.name}" is not terminated by ";" ${where}`);
    if (one.args.length < known.min || one.args.length > known.max)
      throw new NginxError(`invalid number of arguments in "${one.name}" directive ${where}`);
    if (known.flag === true && !/^(on|off)$/.test(one.args[0] ?? ''))
      throw new NginxError(
        `invalid value "${one.args[0] ?? ''}" in "${one.name}" directive, it must be "on" or "off" ${where}`,
      );
    if (one.block !== null && known.block !== undefined) checkDirectives(one.block, known.block);
  }
}
