// Says that a thread's body is over, however it ended.
#pragma once

#include <utility>

namespace lockstep::node {

/// Calls `notice` when the scope is left, also by an exception and by the unwinding of a thread that is
/// killed. `notice` must not throw and not block.
template <typename F>
class EndNotice {
 public:
  explicit EndNotice(F notice) : notice_(std::move(notice)) {}
  ~EndNotice() { notice_(); }
  EndNotice(const EndNotice&) = delete;
  EndNotice& operator=(const EndNotice&) = delete;

 private:
  F notice_;
};

}  // namespace lockstep::node
