<?php

namespace App\Exceptions;

use App\Database\Problem;
use Illuminate\Database\QueryException;
use Illuminate\Foundation\Exceptions\Handler as ExceptionHandler;
use Illuminate\Http\JsonResponse;
use Symfony\Component\HttpKernel\Exception\HttpExceptionInterface;

/** Answers errors in the form that the Go API uses too; all else is the framework's business. */
class Handler extends ExceptionHandler
{
    public function register(): void
    {
        $this->renderable(function (QueryException $error): ?JsonResponse {
            $problem = Problem::explain($error);

            // A database that is away is not our mistake: 503 tells the reader to try again.
            return $problem === null ? null : new JsonResponse(['error' => $problem], 503);
        });

        $this->renderable(function (HttpExceptionInterface $error): JsonResponse {
            [$reason, $message] = match ($error->getStatusCode()) {
                404 => ['not-found', 'There is nothing here. Try /api/products.'],
                405 => ['method-not-allowed', 'Only GET is answered here.'],
                413 => ['too-large', 'The request is too large.'],
                default => ['refused', 'The request was refused.'],
            };

            return new JsonResponse(
                ['error' => ['reason' => $reason, 'message' => $message]],
                $error->getStatusCode(),
                $error->getHeaders(),
            );
        });
    }
}
