// Put before everything else in the world's sources under ThreadSanitizer: how programs are called is not the
// world's.
//
// clang has no list of files whose functions do not tell of their entry. Functions that call other functions
// for the world (std::function, above all, in which it keeps what the node's threads do) are named here
// instead.
#pragma once

#pragma clang attribute push(__attribute__((no_instrument_function)), apply_to = function)
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#pragma clang attribute pop
