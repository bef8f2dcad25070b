<?php

namespace App\Console;

use Illuminate\Foundation\Console\Kernel as ConsoleKernel;

/** Artisan with the framework's own commands; this application adds none. */
class Kernel extends ConsoleKernel
{
}
