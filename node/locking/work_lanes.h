// Bounded queues of several kinds of work for one thread, which sleeps only when all are empty.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "node/locking/queued.h"
#include "node/locking/tiered_lock.h"

namespace lockstep::locking {

/// `Lanes` queues with a bound each, behind one mutex and one condition: whatever is queued, in whichever
/// lane, is seen by the consumer before it sleeps, and wakes it afterwards. Lower lanes go first. One or more
/// consumers; thread-safe.
template <typename T, std::size_t Lanes>
class WorkLanes {
 public:
  /// `name` is a string literal; `bounds` says how much each lane holds.
  WorkLanes(const LockSeams& seams, Tier tier, const char* name, const std::array<std::size_t, Lanes>& bounds)
      : mutex_(seams, tier, name), filled_(seams.sync, name), bounds_(bounds) {}

  /// Never waits for room. Leaves `work` as it was unless it was queued.
  [[nodiscard]] Queued push(const char* site, std::size_t lane, T& work) {
    {
      const Hold hold = mutex_.hold(site);
      if (closed_) {
        return Queued::kClosed;
      }
      if (lanes_.at(lane).size() >= bounds_[lane]) {
        return Queued::kFull;
      }
      lanes_[lane].push_back(std::move(work));
    }
    filled_.notify_one();
    return Queued::kQueued;
  }
  /// The next work, waited for; nothing once the lanes are closed and empty.
  [[nodiscard]] std::optional<T> pop(const char* site) {
    Hold hold = mutex_.hold(site);
    while (true) {
      if (std::optional<T> work = take_first(Lanes)) {
        return work;
      }
      if (closed_) {
        return std::nullopt;
      }
      hold.wait(filled_);
    }
  }
  /// The next work of the first `lanes` lanes, if there is any.
  [[nodiscard]] std::optional<T> try_pop(const char* site, std::size_t lanes = Lanes) {
    const Hold hold = mutex_.hold(site);
    return take_first(lanes);
  }
  /// Takes nothing more and hands out what is queued, by lane. Whoever waits in pop() wakes. Empty the second
  /// time.
  [[nodiscard]] std::vector<T> close_and_take(const char* site) {
    std::vector<T> left;
    {
      const Hold hold = mutex_.hold(site);
      closed_ = true;
      while (std::optional<T> work = take_first(Lanes)) {
        left.push_back(std::move(*work));
      }
    }
    filled_.notify_all();
    return left;
  }
  [[nodiscard]] bool is_closed(const char* site) {
    const Hold hold = mutex_.hold(site);
    return closed_;
  }
  /// Takes nothing more; what is queued is still handed out. Whoever waits in pop() wakes.
  void close(const char* site) {
    {
      const Hold hold = mutex_.hold(site);
      closed_ = true;
    }
    filled_.notify_all();
  }
  [[nodiscard]] std::size_t depth(const char* site, std::size_t lane) {
    const Hold hold = mutex_.hold(site);
    return lanes_.at(lane).size();
  }

  /// How long its mutex was waited for and held.
  [[nodiscard]] const LockTimes& times() const { return mutex_.times(); }

 private:
  [[nodiscard]] std::optional<T> take_first(std::size_t lanes) {
    std::optional<T> work;
    for (std::size_t i = 0; i < lanes && !work; ++i) {
      if (!lanes_[i].empty()) {
        work.emplace(std::move(lanes_[i].front()));
        lanes_[i].pop_front();
      }
    }
    return work;
  }

  TieredMutex mutex_;
  runtime::CondVar filled_;
  std::array<std::size_t, Lanes> bounds_;
  std::array<std::deque<T>, Lanes> lanes_;
  bool closed_ = false;
};

}  // namespace lockstep::locking
