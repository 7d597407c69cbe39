// Closing epochs of the trace and writing single events of a watched cell.
#include "sim/core/trace.h"

#include "node/base/assert.h"

namespace lockstep::sim {

Trace::Trace(base::Duration epoch) : epoch_end_(epoch.count()), epoch_length_(epoch) {
  LOCKSTEP_ASSERT(epoch.count() > 0);
  name_kind(static_cast<std::uint32_t>(TraceKind::kSwitch), "switch");
  name_kind(static_cast<std::uint32_t>(TraceKind::kEvent), "event");
  name_kind(static_cast<std::uint32_t>(TraceKind::kSpawn), "spawn");
  name_kind(static_cast<std::uint32_t>(TraceKind::kExit), "exit");
  name_kind(static_cast<std::uint32_t>(TraceKind::kFailure), "failure");
}

void Trace::reset() {
  for (OpenCell& cell : lanes_) {
    cell = OpenCell{};
  }
  closed_.clear();
  detail_.clear();
  epoch_ = 0;
  epoch_end_ = epoch_length_.count();
  mixed_now_ = 0;
  now_ = Time{};
}

void Trace::append_open_cells(std::vector<TraceCell>& out) const {
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_[lane].count != 0) {
      out.push_back({epoch_, Lane{static_cast<std::uint32_t>(lane)}, lanes_[lane].count, lanes_[lane].hash});
    }
  }
}

void Trace::close_epochs() {
  append_open_cells(closed_);
  for (OpenCell& cell : lanes_) {
    cell = OpenCell{};
  }
  epoch_ = static_cast<std::uint64_t>(nanoseconds(now_) / epoch_length_.count());
  epoch_end_ = (static_cast<std::int64_t>(epoch_) + 1) * epoch_length_.count();
}

TraceTree Trace::tree() const {
  TraceTree tree{epoch_length_, closed_};
  append_open_cells(tree.cells);
  return tree;
}

std::uint64_t Trace::total() const {
  return tree().total();
}

std::uint64_t Trace::events() const {
  std::uint64_t count = 0;
  for (const TraceCell& cell : tree().cells) {
    count += cell.count;
  }
  return count;
}

void Trace::watch(Lane lane, std::uint64_t epoch) {
  watching_ = true;
  watched_lane_ = lane;
  watched_epoch_ = epoch;
}

void Trace::name_kind(std::uint32_t kind, const char* name) {
  kind_names_[kind] = name;
}

void Trace::note(Lane lane, std::uint32_t kind, std::uint64_t a, std::uint64_t b) {
  if (lane != watched_lane_ || epoch_ != watched_epoch_) {
    return;
  }
  const auto named = kind_names_.find(kind);
  const std::string name = named != kind_names_.end() ? named->second : "kind" + std::to_string(kind);
  detail_.push_back(std::to_string(nanoseconds(now_)) + " " + name + " " + std::to_string(a) + " " +
                    std::to_string(b));
}

}  // namespace lockstep::sim
