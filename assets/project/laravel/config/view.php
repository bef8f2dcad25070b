<?php

// There are no views, but `php artisan view:clear` and `optimize:clear` want to know where compiled ones would be.

return ['paths' => [], 'compiled' => storage_path('framework/views')];
