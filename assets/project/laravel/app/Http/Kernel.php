<?php

namespace App\Http;

use App\Http\Middleware\AnswerInJson;
use Illuminate\Foundation\Http\Kernel as HttpKernel;
use Illuminate\Foundation\Http\Middleware\ValidatePostSize;
use Illuminate\Routing\Middleware\SubstituteBindings;

/** No sessions and no cookies: this is an API that only reads. */
class Kernel extends HttpKernel
{
    protected $middleware = [
        AnswerInJson::class,
        ValidatePostSize::class,
    ];

    protected $middlewareGroups = [
        'api' => [SubstituteBindings::class],
    ];
}
