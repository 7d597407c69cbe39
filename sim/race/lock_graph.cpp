// Noting edges and finding circles.
#include "sim/race/lock_graph.h"

#include <algorithm>
#include <utility>

#include "sim/core/mix.h"

namespace lockstep::race {

void LockGraph::begin_run(std::uint64_t seed, std::uint64_t run) {
  seed_ = seed;
  run_ = run;
  threads_in_run_ = 0;
}

LockGraph::Thread& LockGraph::thread_at(ThreadIndex index) {
  if (index >= threads_.size()) {
    threads_.resize(index + 1);
  }
  for (; threads_in_run_ <= index; ++threads_in_run_) {
    threads_[threads_in_run_].held.clear();
    threads_[threads_in_run_].era.clear();
  }
  return threads_[index];
}

void LockGraph::on_fork(ThreadIndex parent, ThreadIndex child) {
  static_cast<void>(thread_at(std::max(parent, child)));
  fork_era(threads_[parent].era, parent, threads_[child].era);
}

void LockGraph::on_join(ThreadIndex joiner, ThreadIndex joined) {
  static_cast<void>(thread_at(std::max(joiner, joined)));
  join_era(threads_[joiner].era, threads_[joined].era, joined);
}

void LockGraph::on_lock(ThreadIndex thread, const char* thread_name, SyncId lock, const char* lock_name,
                        LockMode mode, Site site) {
  Thread& me = thread_at(thread);
  const HeldLock taken{lock, mode};
  if (!me.held.empty()) {
    names_.try_emplace(lock, lock_name == nullptr ? "" : lock_name);
    for (const HeldLock& held : me.held) {
      if (held.lock != lock) {
        note(me, thread, thread_name, held, taken, site);
      }
    }
  } else if (!names_.contains(lock)) {
    names_.emplace(lock, lock_name == nullptr ? "" : lock_name);
  }
  me.held.push_back(taken);
}

void LockGraph::on_unlock(ThreadIndex thread, SyncId lock, LockMode mode) {
  std::vector<HeldLock>& held = thread_at(thread).held;
  const auto found = std::find(held.rbegin(), held.rend(), HeldLock{lock, mode});
  if (found != held.rend()) {
    held.erase(std::next(found).base());
  }
}

void LockGraph::note(const Thread& me, ThreadIndex thread, const char* thread_name, const HeldLock& from,
                     const HeldLock& to, Site site) {
  std::uint64_t key = sim::fold_product(from.lock ^ sim::kGoldenStep, to.lock + 0x9fb21c651e98df25ULL);
  for (const HeldLock& held : me.held) {
    key = sim::fold_product(key ^ held.lock, sim::kGoldenStep + static_cast<std::uint64_t>(held.mode));
  }
  const std::uint64_t modes =
      (static_cast<std::uint64_t>(from.mode) << 1) | static_cast<std::uint64_t>(to.mode);
  const std::uint64_t epoch = count_in(me.era, thread);
  key = sim::fold_product(key ^ (std::uint64_t{thread} << 34 | epoch << 2 | modes), sim::kGoldenStep) >> 1;
  if (known_.find(key) != FlatMap::kMissing) {
    return;
  }
  known_.insert(key, 0);
  changed_ = true;
  by_from_[from.lock].push_back(edges_.size());
  edges_.push_back(
      {from.lock, to.lock, from.mode, to.mode, thread, thread_name, me.held, me.era, seed_, run_, site});
}

void LockGraph::add(LockEdge edge) {
  changed_ = true;
  by_from_[edge.from].push_back(edges_.size());
  edges_.push_back(std::move(edge));
}

/// Whether the two could be under way at once: different threads, no lock in common that keeps one of them
/// out, and no order by forks and joins.
bool LockGraph::compatible(const LockEdge& a, const LockEdge& b) {
  if (a.thread == b.thread) {
    return false;
  }
  for (const HeldLock& one : a.held) {
    for (const HeldLock& other : b.held) {
      const bool both_share = one.mode == LockMode::kShared && other.mode == LockMode::kShared;
      if (one.lock == other.lock && !both_share) {
        return false;
      }
    }
  }
  const bool a_first = count_in(b.era, a.thread) > count_in(a.era, a.thread);
  const bool b_first = count_in(a.era, b.thread) > count_in(b.era, b.thread);
  return !a_first && !b_first;
}

std::string LockGraph::tell(const std::vector<const LockEdge*>& path) const {
  std::string text = "lock-order cycle: ";
  for (const LockEdge* edge : path) {
    const auto name = [&](SyncId lock) {
      const auto found = names_.find(lock);
      return found == names_.end() || found->second.empty() ? "lock " + std::to_string(lock) : found->second;
    };
    text += edge == path.front() ? "" : "; ";
    text += edge->thread_name + " takes " + name(edge->to) + " while it holds " + name(edge->from);
  }
  return text;
}

/// Goes on from the last edge of `path`. A circle is found from its smallest lock only.
void LockGraph::extend(std::vector<const LockEdge*>& path, std::vector<LockCycle>& found,
                       std::set<std::string>& told) const {
  const auto next = by_from_.find(path.back()->to);
  if (next == by_from_.end() || found.size() >= 64) {
    return;
  }
  for (const std::size_t index : next->second) {
    const LockEdge& edge = edges_[index];
    const bool waits = path.back()->taken_mode != LockMode::kShared || edge.held_mode != LockMode::kShared;
    const bool allowed = std::all_of(path.begin(), path.end(),
                                     [&](const LockEdge* other) { return compatible(*other, edge); });
    if (!waits || !allowed || edge.to < path.front()->from) {
      continue;
    }
    path.push_back(&edge);
    if (edge.to == path.front()->from) {
      const bool closes =
          edge.taken_mode != LockMode::kShared || path.front()->held_mode != LockMode::kShared;
      std::string sentence = tell(path);
      if (closes && told.insert(sentence).second) {
        LockCycle cycle;
        for (const LockEdge* one : path) {
          cycle.edges.push_back(*one);
        }
        cycle.sentence = std::move(sentence);
        found.push_back(std::move(cycle));
      }
    } else if (path.size() < kLongestCycle) {
      extend(path, found, told);
    }
    path.pop_back();
  }
}

std::vector<LockCycle> LockGraph::cycles() const {
  std::vector<LockCycle> found;
  std::set<std::string> told;
  for (const LockEdge& edge : edges_) {
    if (edge.to > edge.from) {
      std::vector<const LockEdge*> path{&edge};
      extend(path, found, told);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const LockCycle& a, const LockCycle& b) { return a.edges.size() < b.edges.size(); });
  return found;
}

}  // namespace lockstep::race
