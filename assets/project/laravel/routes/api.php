<?php

// Everything here stands below /api. The edge nginx takes /laravel/ off before: /laravel/api/products comes in as
// /api/products.

use App\Http\Controllers\HealthController;
use App\Http\Controllers\ProductController;
use Illuminate\Support\Facades\Route;

Route::get('/products', [ProductController::class, 'index']);
Route::get('/health', [HealthController::class, 'alive']);
Route::get('/ready', [HealthController::class, 'ready']);
