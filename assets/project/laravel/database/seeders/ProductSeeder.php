<?php

namespace Database\Seeders;

use App\Models\Product;
use Illuminate\Database\Seeder;
use Illuminate\Support\Facades\DB;

/** Puts five products into an empty table, and nothing into any other: seeding twice must not double the rows. */
class ProductSeeder extends Seeder
{
    private const PRODUCTS = [
        ['name' => 'Kopi Gayo 250 g', 'price' => '68000.00', 'stock' => 24],
        ['name' => 'Teh Melati 50 kantong', 'price' => '15500.00', 'stock' => 120],
        ['name' => 'Gula Aren 500 g', 'price' => '32750.00', 'stock' => 40],
        ['name' => 'Keripik Tempe 200 g', 'price' => '18900.00', 'stock' => 0],
        ['name' => 'Sambal Roa 150 ml', 'price' => '45250.50', 'stock' => 17],
    ];

    public function run(): void
    {
        // Two seeders at once would both see an empty table. The lock makes one of them wait or lose; the loser is
        // tried again and then sees the rows of the winner.
        $added = DB::transaction(function (): int {
            if (Product::query()->lockForUpdate()->exists()) {
                return 0;
            }
            foreach (self::PRODUCTS as $product) {
                Product::query()->create($product);
            }

            return count(self::PRODUCTS);
        }, 3);

        if (isset($this->command)) {
            $this->command->line(
                $added > 0 ? "products: {$added} rows added" : 'products: not empty, nothing added',
            );
        }
    }
}
