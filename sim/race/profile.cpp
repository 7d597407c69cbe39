// Counting a profiled run.
#include "sim/race/profile.h"

#include <algorithm>
#include <map>
#include <utility>

namespace lockstep::race {

/// Adds to each thread the counts of those that descend from it: children have larger numbers.
void Profile::add_up(std::vector<std::uint64_t>& counts) const {
  for (std::size_t thread = counts.size(); thread-- > 0;) {
    if (parents_[thread] < thread) {
      counts[parents_[thread]] += counts[thread];
    }
  }
}

void Profile::find_roles() {
  std::vector<std::uint64_t> did(parents_.size(), 0);
  shared_by_.assign(parents_.size(), 0);
  for (const Cell& cell : cells_) {
    if (!is_shared(cell.object)) {
      continue;
    }
    const std::uint32_t group = class_of(cell.object);
    const std::uint64_t what = group != 0 ? group : std::uint64_t{cell.object} << 32;
    // A sum: the objects of a class come in any order.
    did[cell.thread] +=
        sim::fold_product(what + sim::kGoldenStep, (cell.count << 32 | cell.kinds) + 0x9fb21c651e98df25ULL);
    shared_by_[cell.thread] += cell.count;
  }
  roles_.clear();
  std::map<std::uint64_t, std::size_t> known;
  for (std::uint32_t thread = 0; thread < did.size(); ++thread) {
    if (shared_by_[thread] != 0) {
      const auto [role, added] = known.try_emplace(did[thread], roles_.size());
      if (added) {
        roles_.emplace_back();
      }
      roles_[role->second].push_back(thread);
    }
  }
}

void Profile::add(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& parents,
                  const std::vector<std::uint32_t>& classes) {
  std::map<std::pair<sim::ObjectId, std::uint32_t>, Cell> counts;
  for (const sim::Step& step : steps) {
    Cell& cell = counts[{step.operation.object, step.thread}];
    ++cell.count;
    cell.kinds |= 1U << static_cast<unsigned>(step.operation.kind);
  }
  for (const Cell& cell : cells_) {
    Cell& merged = counts[{cell.object, cell.thread}];
    merged.count = std::max(merged.count, cell.count);
    merged.kinds |= cell.kinds;
  }
  if (parents.size() > parents_.size()) {
    parents_ = parents;
  }
  if (classes.size() > classes_.size()) {
    classes_ = classes;
  }
  cells_.clear();
  shared_.clear();
  shared_accesses_ = 0;
  std::uint32_t touching = 0;
  const auto close = [&] {
    if (!shared_.empty() && touching < 2) {
      shared_.pop_back();
    }
  };
  for (const auto& [key, cell] : counts) {
    const std::uint64_t count = cell.count;
    cells_.push_back({key.first, key.second, count, cell.kinds});
    if (key.first == 0) {
      continue;
    }
    if (shared_.empty() || shared_.back().object != key.first) {
      close();
      shared_.push_back({key.first, 0});
      touching = 0;
    }
    shared_.back().accesses += count;
    ++touching;
  }
  close();
  is_shared_.assign(shared_.empty() ? 0 : shared_.back().object + 1, 0);
  for (const SharedObject& object : shared_) {
    is_shared_[object.object] = 1;
    shared_accesses_ += object.accesses;
  }
  events_on([](sim::ObjectId) { return true; }, events_);
  find_roles();
  ++version_;
}

}  // namespace lockstep::race
