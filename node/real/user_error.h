// What a user did that the program cannot work with.
#pragma once

#include <string>

#include "node/base/result.h"

namespace lockstep::real {

/// One sentence that says what is wrong and where; the program prints it and exits with 2.
struct UserError {
  std::string sentence;
};

template <typename T>
using OrUserError = base::Result<T, UserError>;

}  // namespace lockstep::real
