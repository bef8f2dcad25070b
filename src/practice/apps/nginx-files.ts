/** Files that every nginx image brings. */
export const NGINX_MAIN = '/etc/nginx/nginx.conf';
const FASTCGI = [
  ['QUERY_STRING', '$query_string'],
  ['REQUEST_METHOD', '$request_method'],
  ['CONTENT_TYPE', '$content_type'],
  ['CONTENT_LENGTH', '$content_length'],
  ['SCRIPT_NAME', '$fastcgi_script_name'],
  ['REQUEST_URI', '$request_uri'],
  ['DOCUMENT_URI', '$document_uri'],
  ['DOCUMENT_ROOT', '$document_root'],
  ['SERVER_PROTOCOL', '$server_protocol'],
  ['REMOTE_ADDR', '$remote_addr'],
  ['SERVER_NAME', '$server_name'],
] as const;
const lines = FASTCGI.map(([name, value]) => `fastcgi_param  ${name.padEnd(18)} ${value};\n`).join('');

export const NGINX_FILES: Readonly<Record<string, string>> = {
  [NGINX_MAIN]: `user  nginx;
worker_processes  auto;
error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';
    access_log  /var/log/nginx/access.log  main;
    sendfile        on;
    keepalive_timeout  65;
    include /etc/nginx/conf.d/*.conf;
}
`,
  '/etc/nginx/mime.types': 'types {\n    text/html html htm;\n    text/css css;\n}\n',
  '/etc/nginx/fastcgi_params': lines,
  '/etc/nginx/fastcgi.conf': `fastcgi_param  SCRIPT_FILENAME    $document_root$fastcgi_script_name;\n${lines}`,
  '/usr/share/nginx/html/index.html':
    '<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1></body></html>\n',
  '/usr/share/nginx/html/50x.html':
    '<!DOCTYPE html>\n<html><head><title>Error</title></head><body></body></html>\n',
};
