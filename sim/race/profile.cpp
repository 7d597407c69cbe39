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

void Profile::add(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& parents,
                  const std::vector<std::uint32_t>& classes) {
  std::map<std::pair<sim::ObjectId, std::uint32_t>, std::uint64_t> counts;
  for (const sim::Step& step : steps) {
    ++counts[{step.operation.object, step.thread}];
  }
  for (const Cell& cell : cells_) {
    std::uint64_t& count = counts[{cell.object, cell.thread}];
    count = std::max(count, cell.count);
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
  for (const auto& [key, count] : counts) {
    cells_.push_back({key.first, key.second, count});
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
  for (const SharedObject& object : shared_) {
    shared_accesses_ += object.accesses;
  }
  events_on([](sim::ObjectId) { return true; }, events_);
  ++version_;
}

}  // namespace lockstep::race
