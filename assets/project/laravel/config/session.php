<?php

// The API has no sessions; the driver is named so that no part of the framework reaches for files.

return ['driver' => 'array', 'lifetime' => 120, 'cookie' => 'three_body_problem'];
