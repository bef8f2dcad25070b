<?php

return [
    'default' => 'mysql',

    'connections' => [
        'mysql' => [
            'driver' => 'mysql',
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '3306'),
            'database' => env('DB_DATABASE', 'threebody'),
            'username' => env('DB_USERNAME', 'threebody'),
            'password' => env('DB_PASSWORD', ''),
            'charset' => 'utf8mb4',
            'collation' => 'utf8mb4_unicode_ci',
            // TIMESTAMP columns are sent in the session's time zone, whatever the server's is.
            'timezone' => '+00:00',
            'prefix' => '',
            'prefix_indexes' => true,
            'strict' => true,
            'engine' => 'InnoDB',
            // Seconds for the connection: a database that is away must be told before the probe gives up.
            'options' => [PDO::ATTR_TIMEOUT => 3],
        ],
    ],

    'migrations' => 'migrations',
];
