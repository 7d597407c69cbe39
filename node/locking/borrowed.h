// A value that is read in place, together with what keeps it alive meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "node/base/assert.h"
#include "node/locking/tiered_lock.h"

namespace lockstep::locking {

/// What keeps a borrowed value alive.
enum class Backing : std::uint8_t {
  /// A lock held shared: nobody removes the value.
  kShared,
  /// A lock held exclusively: nobody does anything to it.
  kExclusive,
  /// A mutex: as for the cached finalized state, which the events mutex guards.
  kMutex,
  /// A share in its ownership, and no lock: others may remove it where it came from.
  kCounted,
};

[[nodiscard]] constexpr const char* to_text(Backing backing) {
  switch (backing) {
    case Backing::kShared:
      return "a shared lock";
    case Backing::kExclusive:
      return "an exclusive lock";
    case Backing::kMutex:
      return "a mutex";
    case Backing::kCounted:
      return "a share in its ownership";
  }
  return "?";
}

/// Read access to a T that ends when it is released or destroyed, once. A borrow with a lock belongs to the
/// thread that made it. Reading it after its release is our own mistake and asserted.
template <typename T>
class Borrowed {
 public:
  /// Borrows `value`, which `hold` keeps in place. Requires: hold is held.
  Borrowed(Hold hold, Backing backing, const T& value)
      : hold_(std::move(hold)), value_(&value), backing_(backing) {
    LOCKSTEP_ASSERT(hold_.is_held() && backing != Backing::kCounted);
  }
  /// Shares in the ownership of `value`. Requires: it is not null.
  explicit Borrowed(std::shared_ptr<const T> value) : counted_(std::move(value)), value_(counted_.get()) {
    LOCKSTEP_ASSERT(value_ != nullptr);
  }
  Borrowed(Borrowed&& other) noexcept
      : counted_(std::move(other.counted_)),
        hold_(std::move(other.hold_)),
        value_(std::exchange(other.value_, nullptr)),
        backing_(other.backing_) {}
  Borrowed& operator=(Borrowed&&) = delete;
  ~Borrowed() { release(); }

  [[nodiscard]] const T& operator*() const {
    LOCKSTEP_ASSERT_MSG(value_ != nullptr, "a borrowed value is read after its release");
    return *value_;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }
  [[nodiscard]] Backing backing() const { return backing_; }
  [[nodiscard]] bool is_released() const { return value_ == nullptr; }

  /// Ends the borrow: unlocks, closes the lock's timer, and gives up the share last. Nothing the second time.
  void release() noexcept {
    value_ = nullptr;
    hold_.release();
    counted_.reset();
  }
  /// Ends the borrow and returns a copy that the caller owns. Also ends it when copying throws. To be called
  /// once (asserted).
  [[nodiscard]] T clone_and_release() {
    const Borrowed borrow(std::move(*this));
    return T(*borrow);
  }
  /// For the end of whoever passed the borrow on: asserts that it is over.
  void assert_released() const { LOCKSTEP_ASSERT_MSG(value_ == nullptr, to_text(backing_)); }

 private:
  /// Goes last of all: see release().
  std::shared_ptr<const T> counted_;
  Hold hold_;
  const T* value_ = nullptr;
  Backing backing_ = Backing::kCounted;
};

}  // namespace lockstep::locking
