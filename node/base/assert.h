// Assertions that stay on in every build: for our own mistakes, never for what a peer, a disk or a user did.
#pragma once

#include <stdexcept>
#include <string>

namespace lockstep::base {

/// An assertion of ours did not hold. Under test the engine catches it at the top of the thread that
/// broke it and reports the run as failed; in a real node nothing catches it and the process aborts.
class AssertionFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws AssertionFailed with the place and the condition. `message` may be null.
[[noreturn]] void fail_assertion(const char* condition, const char* message, const char* file, int line);

}  // namespace lockstep::base

/// Checks `condition` in every build. Throws lockstep::base::AssertionFailed, so never use it in a
/// destructor.
#define LOCKSTEP_ASSERT(condition)                   \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::lockstep::base::fail_assertion(#condition, nullptr, __FILE__, __LINE__))

/// The same with a sentence that says what was expected.
#define LOCKSTEP_ASSERT_MSG(condition, message)      \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::lockstep::base::fail_assertion(#condition, message, __FILE__, __LINE__))
