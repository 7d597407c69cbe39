// A schedule pinned by what threads do: it can be stored, and followed in another build of the program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/core/strategy.h"
#include "sim/interpose/place.h"

namespace lockstep::interpose {

/// One thread's turns on end.
struct PinnedBlock {
  std::uint32_t thread = 0;
  /// The block ends before the thread's `nth` operation of this kind on this object, counted from 1 over the
  /// whole schedule; nth 0: it ended because the thread waited, ended or failed.
  sim::OpKind kind = sim::OpKind::kOther;
  sim::ObjectId object = 0;
  std::uint32_t nth = 0;
  /// Operations in the block and a checksum of them: they locate a divergence and do not decide.
  std::uint32_t operations = 0;
  std::uint32_t checksum = 0;
};

/// A schedule, the places at which its turns change included.
struct Pins {
  /// Object n of the blocks lies at place n - 1.
  std::vector<Place> objects;
  std::vector<PinnedBlock> blocks;
  /// Outcomes of choices that are not about turns.
  std::vector<std::uint32_t> values;
  /// Of (thread, kind, object) of every operation in order.
  std::uint64_t hash = 0;
};

/// What a recording pins. The program's memory must still be as the recorded schedule left it.
[[nodiscard]] Pins pins_of(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& values);

/// One line for each object, block and for the values.
[[nodiscard]] std::string to_text(const Pins& pins);
/// The inverse; false when a line is not understood.
[[nodiscard]] bool read_pins(std::string_view text, Pins& pins);

/// Makes the objects places at which turns may change, with the numbers that the pins give them: those that
/// exist at once, blocks of the heap when they are allocated.
void share_objects(const Pins& pins);

/// Follows pins as far as the program does what they say, and goes on without preemptions where it does not.
class FollowPins final : public sim::Strategy {
 public:
  explicit FollowPins(Pins pins) : pins_(std::move(pins)) {}
  /// Where the last schedule first went another way; empty when it did not.
  [[nodiscard]] const std::string& divergence() const { return divergence_; }

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override;
  [[nodiscard]] std::uint32_t draw_value(std::uint32_t bound) override;
  void executes(sim::Fiber& fiber) override;

 private:
  using Counted = std::tuple<std::uint32_t, sim::ObjectId, std::uint8_t>;
  [[nodiscard]] bool at_pin(const sim::Fiber& fiber, const PinnedBlock& block) const;
  [[nodiscard]] bool belongs(const sim::Fiber& fiber);
  void leave_block();
  void diverge(const std::string& what);

  Pins pins_;
  std::size_t block_ = 0;
  std::size_t value_ = 0;
  std::uint32_t operations_ = 0;
  std::uint32_t checksum_ = 0;
  std::string divergence_;
  std::map<Counted, std::uint32_t> counts_;
};

}  // namespace lockstep::interpose
