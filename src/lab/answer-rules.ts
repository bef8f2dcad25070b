/** What single answers may be: said once, for the lab file, the form and the Vagrantfile. Pure. */

/** Login names as useradd takes them, and dots, which directories use. */
export const USER_NAME = /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/;
/** A lab's name: 1 to 64 characters that can be printed. */
export const LAB_NAME = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,64}$/u;
/** A secret or a path: one line that is not empty, without control characters. */
export const ONE_LINE = /^[^\u0000-\u001f\u007f]{1,1024}$/;

/** Whether a number can be a TCP port. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}
