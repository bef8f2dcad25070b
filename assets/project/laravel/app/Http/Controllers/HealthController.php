<?php

namespace App\Http\Controllers;

use App\Database\Problem;
use Illuminate\Http\JsonResponse;
use Illuminate\Support\Facades\DB;
use Throwable;

final class HealthController
{
    /** PHP answers. The database is not asked: restarting this Pod mends no database. */
    public function alive(): JsonResponse
    {
        return new JsonResponse(['status' => 'ok']);
    }

    /** The database accepts our name and password and answers. */
    public function ready(): JsonResponse
    {
        try {
            DB::select('select 1');
        } catch (Throwable $error) {
            report($error);
            $problem = Problem::explain($error) ?? Problem::unknown();

            return new JsonResponse(
                ['status' => 'unready', 'reason' => $problem->reason, 'message' => $problem->message],
                503,
            );
        }

        return new JsonResponse(['status' => 'ready']);
    }
}
