/** The units of a freshly installed Ubuntu Server 24.04 that anybody in this lab looks at. */
import type { UnitSpec } from './units.js';

const running = (name: string, description: string, extra: Partial<UnitSpec> = {}): UnitSpec => ({
  name: `${name}.service`,
  description,
  enablement: 'enabled',
  active: true,
  process: name,
  memoryKiB: 8_000,
  ...extra,
});
const target = (name: string, description: string): UnitSpec => ({
  name: `${name}.target`,
  description,
  enablement: 'static',
  active: true,
});
const timer = (name: string, description: string): UnitSpec => ({
  name: `${name}.timer`,
  description,
  enablement: 'enabled',
  active: true,
  triggers: `${name}.service`,
});
const once = (name: string, description: string, extra: Partial<UnitSpec> = {}): UnitSpec => ({
  name: `${name}.service`,
  description,
  enablement: 'static',
  active: false,
  oneshot: true,
  ...extra,
});

export const UBUNTU_UNITS: readonly UnitSpec[] = [
  running('systemd-journald', 'Journal Service', { enablement: 'static', memoryKiB: 17_000 }),
  running('systemd-udevd', 'Rule-based Manager for Device Events and Files', { enablement: 'static' }),
  running('systemd-logind', 'User Login Management', { enablement: 'static' }),
  running('systemd-networkd', 'Network Configuration', { user: 'systemd-network' }),
  running('dbus', 'D-Bus System Message Bus', {
    enablement: 'static',
    process: '@dbus-daemon',
    user: 'messagebus',
  }),
  running('cron', 'Regular background program processing daemon'),
  running('rsyslog', 'System Logging Service', { process: 'rsyslogd', user: 'syslog' }),
  running('polkit', 'Authorization Manager', { enablement: 'static', process: 'polkitd', user: 'polkitd' }),
  running('snapd', 'Snap Daemon', { memoryKiB: 38_000 }),
  running('multipathd', 'Device-Mapper Multipath Device Controller', { memoryKiB: 27_000 }),
  running('ModemManager', 'Modem Manager'),
  running('udisks2', 'Disk Manager', { process: 'udisksd' }),
  running('getty@tty1', 'Getty on tty1', { process: 'agetty' }),
  running('apparmor', 'Load AppArmor profiles', { remains: true, oneshot: true }),
  running('cloud-init', 'Cloud-init: Network Stage', { remains: true, oneshot: true }),
  timer('apt-daily', 'Daily apt download activities'),
  timer('apt-daily-upgrade', 'Daily apt upgrade and clean activities'),
  timer('logrotate', 'Daily rotation of log files'),
  timer('man-db', 'Daily man-db regeneration'),
  timer('fstrim', 'Discard unused filesystem blocks once a week'),
  timer('e2scrub_all', 'Periodic ext4 Online Metadata Check for All Filesystems'),
  timer('systemd-tmpfiles-clean', 'Daily Cleanup of Temporary Directories'),
  timer('motd-news', 'Message of the Day'),
  once('apt-daily', 'Daily apt download activities'),
  once('apt-daily-upgrade', 'Daily apt upgrade and clean activities'),
  once('logrotate', 'Rotate log files'),
  once('man-db', 'Daily man-db regeneration'),
  once('fstrim', 'Discard unused blocks on filesystems from /etc/fstab'),
  target('multi-user', 'Multi-User System'),
  target('graphical', 'Graphical Interface'),
  target('network', 'Network'),
  target('network-online', 'Network is Online'),
  target('timers', 'Timer Units'),
  target('sockets', 'Socket Units'),
  target('basic', 'Basic System'),
];
