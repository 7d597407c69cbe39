// Taking and letting go of tiered locks.
#include "node/locking/tiered_lock.h"

#include <mutex>
#include <string>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::locking {
namespace {

std::string described(const char* name, std::uint32_t tier) {
  return std::string(name) + " (tier " + std::to_string(tier) + ")";
}

}  // namespace

void TieredLock::check_order() const {
  if constexpr (kOrderIsChecked) {
    const runtime::HeldLocks& held = seams_.scheduler.held_locks();
    for (std::size_t i = 0; i < held.size(); ++i) {
      if (held.at(i).rank >= static_cast<std::uint32_t>(tier_)) {
        const std::string message = "lock " + described(name_, static_cast<std::uint32_t>(tier_)) +
                                    " is taken while " + described(held.at(i).name, held.at(i).rank) +
                                    " is held";
        base::fail_assertion("locks are taken upwards", message.c_str(), __FILE__, __LINE__);
      }
    }
  }
}

void TieredLock::note_taken() {
  const bool noted = seams_.scheduler.held_locks().push({this, name_, static_cast<std::uint32_t>(tier_)});
  // There are fewer tiers than places.
  LOCKSTEP_ASSERT_MSG(noted || !kOrderIsChecked, name_);
}

bool TieredLock::note_let_go() noexcept {
  return seams_.scheduler.held_locks().remove(this);
}

Hold::Hold(TieredLock& lock, Mode mode, const char* site) : mode_(mode), site_(&lock.times_.site(site)) {
  lock.check_order();
  lock_ = &lock;
  since_ = lock.seams_.clock.now();
  this->lock();
  const base::Instant now = lock.seams_.clock.now();
  site_->wait.add(now - since_);
  since_ = now;
  lock.note_taken();
}

void Hold::take_over(Hold& other) noexcept {
  lock_ = std::exchange(other.lock_, nullptr);
  mode_ = other.mode_;
  site_ = other.site_;
  since_ = other.since_;
}

void Hold::lock() {
  switch (mode_) {
    case Mode::kMutex:
      static_cast<TieredMutex*>(lock_)->mutex_.lock();
      return;
    case Mode::kExclusive:
      static_cast<TieredSharedMutex*>(lock_)->mutex_.lock();
      return;
    case Mode::kShared:
      static_cast<TieredSharedMutex*>(lock_)->mutex_.lock_shared();
      return;
  }
}

void Hold::unlock() noexcept {
  switch (mode_) {
    case Mode::kMutex:
      static_cast<TieredMutex*>(lock_)->mutex_.unlock();
      return;
    case Mode::kExclusive:
      static_cast<TieredSharedMutex*>(lock_)->mutex_.unlock();
      return;
    case Mode::kShared:
      static_cast<TieredSharedMutex*>(lock_)->mutex_.unlock_shared();
      return;
  }
}

void Hold::release() noexcept {
  if (lock_ == nullptr) {
    return;
  }
  const base::Instant now = lock_->seams_.clock.now();
  unlock();
  lock_->note_let_go();
  site_->hold.add(now - since_);
  lock_ = nullptr;
}

void Hold::wait(runtime::CondVar& cond) {
  wait_in(cond, nullptr);
}

bool Hold::wait_until(runtime::CondVar& cond, base::Instant deadline) {
  return wait_in(cond, &deadline);
}

bool Hold::wait_in(runtime::CondVar& cond, const base::Instant* deadline) {
  LOCKSTEP_ASSERT_MSG(lock_ != nullptr && mode_ == Mode::kMutex, "only a held mutex can be waited with");
  LOCKSTEP_ASSERT_MSG(!kOrderIsChecked || lock_->seams_.scheduler.held_locks().size() == 1, lock_->name());
  const runtime::Clock& clock = lock_->seams_.clock;
  site_->hold.add(clock.now() - since_);
  std::unique_lock lent(static_cast<TieredMutex*>(lock_)->mutex_, std::adopt_lock);
  bool notified = true;
  try {
    if (deadline == nullptr) {
      cond.wait(lent);
    } else {
      notified = cond.wait_until(lent, *deadline);
    }
  } catch (...) {
    // The thread is being ended; whoever unwinds it expects the lock to be held still.
    lent.release();
    throw;
  }
  lent.release();
  since_ = clock.now();
  return notified;
}

}  // namespace lockstep::locking
