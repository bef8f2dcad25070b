<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;
use Illuminate\Support\Carbon;

/**
 * @property int $id
 * @property string $name
 * @property string $price
 * @property int $stock
 * @property ?Carbon $created_at
 * @property ?Carbon $updated_at
 */
final class Product extends Model
{
    protected $fillable = ['name', 'price', 'stock'];

    protected $casts = ['price' => 'decimal:2', 'stock' => 'integer'];
}
