<?php

namespace App\Database;

use PDOException;
use Throwable;

/**
 * Why the database does not serve, in words that are safe to show to anybody who can reach the port: no host, no user
 * name, no password. The Go API uses the same reasons.
 */
final class Problem
{
    private function __construct(public readonly string $reason, public readonly string $message)
    {
    }

    /** The cause behind an error of the database, or null when it is a mistake in our own query. */
    public static function explain(Throwable $error): ?self
    {
        $number = $error instanceof PDOException ? (int) ($error->errorInfo[1] ?? $error->getCode()) : 0;

        return match ($number) {
            1040 => new self('too-many-connections', 'The database has no free connection.'),
            1203 => new self('too-many-connections', 'The database user has no free connection.'),
            1044 => new self('access-denied', 'The database user has no right on DB_DATABASE: grant it.'),
            1045 => new self('access-denied', 'The database refused DB_USERNAME or DB_PASSWORD.'),
            1698 => new self(
                'access-denied',
                'The database refused DB_USERNAME: this user may not log in with a password.',
            ),
            1049 => new self('unknown-database', 'The database server has no database named as in DB_DATABASE.'),
            1146 => new self('missing-table', 'The table products does not exist yet: run the migration.'),
            2002, 2003, 2005, 2006, 2013 => self::unreachable($error->getMessage()),
            default => null,
        };
    }

    /** What to say when the error is of no kind that we know. */
    public static function unknown(): self
    {
        return new self('unknown', 'The database cannot be used; the log says why.');
    }

    /** PHP has one number (2002) for a name that does not resolve, a closed port and silence. */
    private static function unreachable(string $detail): self
    {
        return match (true) {
            str_contains($detail, 'getaddrinfo') => new self('unknown-host', 'The name in DB_HOST cannot be resolved.'),
            str_contains($detail, 'timed out') => new self('timeout', 'The database did not answer in time.'),
            default => new self('unreachable', 'Nothing answers at DB_HOST and DB_PORT.'),
        };
    }
}
