// Cutting a batch into shares, and waiting for all of them.
#include "node/node/verify_pool.h"

#include <algorithm>
#include <optional>

#include "node/base/assert.h"
#include "node/node/end_notice.h"
#include "node/node/lock_seams.h"

namespace lockstep::node {
namespace {

/// Shares for each thread in a batch: enough that nobody waits long for the slowest, few enough that handing
/// them out costs nothing beside a signature.
constexpr std::size_t kSharesEach = 4;
constexpr std::size_t kSharesMax = (VerifyPool::kThreadsMax + 1) * kSharesEach;

}  // namespace

VerifyPool::VerifyPool(const runtime::Runtime& runtime, const chain::Decider& decider,
                       locking::WakeUp& listener, std::size_t threads)
    : runtime_(runtime),
      decider_(decider),
      listener_(listener),
      shares_(lock_seams(runtime), locking::Tier::kPendingBlocks, "verify lane", {kSharesMax}),
      done_(runtime.sync, "batch is verified") {
  LOCKSTEP_ASSERT_MSG(threads <= kThreadsMax, "a pool has a bounded number of threads");
  for (std::size_t i = 0; i < threads; ++i) {
    members_.push_back(std::make_unique<Member>(runtime.sync, i));
  }
}

void VerifyPool::start() {
  was_started_ = true;
  for (const auto& member : members_) {
    member->thread = runtime_.scheduler.spawn(member->name, [this, &member = *member] { run(member); });
  }
}

std::vector<chain::Check> VerifyPool::decide_all(std::vector<chain::Check> checks) {
  if (members_.empty() || checks.size() < kBatchMin) {
    decider_.decide_all(checks);
    return checks;
  }
  if (!was_started_ && !shares_.is_closed("verify")) {
    start();
  }
  const auto batch = std::make_shared<Batch>(runtime_.sync, std::move(checks));
  hand_out(batch);
  while (const std::optional<Share> share = shares_.try_pop("verify")) {
    do_share(*share);
  }
  while (batch->open.load(std::memory_order_acquire) > 0) {
    done_.wait();
  }
  // Those of a thread that ended over them.
  decider_.decide_all(batch->checks);
  return std::move(batch->checks);
}

void VerifyPool::hand_out(const std::shared_ptr<Batch>& batch) {
  const std::span<chain::Check> all(batch->checks);
  const std::size_t shares = (members_.size() + 1) * kSharesEach;
  const std::size_t size = (all.size() + shares - 1) / shares;
  for (std::size_t at = 0; at < all.size(); at += size) {
    Share share{batch, all.subspan(at, std::min(size, all.size() - at))};
    batch->open.fetch_add(1, std::memory_order_relaxed);
    if (shares_.push("verify", 0, share) != locking::Queued::kQueued) {
      do_share(share);
    }
  }
}

void VerifyPool::do_share(const Share& share) {
  const EndNotice notice([this, &share] {
    if (share.batch->open.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      done_.notify();
    }
  });
  decider_.decide_all(share.checks);
}

void VerifyPool::run(Member& member) {
  const EndNotice notice([this, &member] {
    member.ended.store(true, std::memory_order_release);
    listener_.notify();
  });
  while (const std::optional<Share> share = shares_.pop("wait")) {
    do_share(*share);
  }
}

void VerifyPool::close() {
  shares_.close("close");
}

void VerifyPool::join() {
  for (const auto& member : members_) {
    if (member->thread != nullptr) {
      member->thread->join();
      member->thread.reset();
    }
  }
}

const char* VerifyPool::ended_thread() const {
  for (const auto& member : members_) {
    if (member->ended.load(std::memory_order_acquire)) {
      return member->name.c_str();
    }
  }
  return nullptr;
}

}  // namespace lockstep::node
