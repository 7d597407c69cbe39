// One frame after another.
#include "sim/cluster/steady_sender.h"

#include <chrono>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::cluster {

SteadySender::SteadySender(sim::Engine& engine, Machine& machine, std::uint64_t number,
                           std::uint32_t event_kind, std::uint64_t per_second, MakeFrame make_frame)
    : engine_(engine),
      machine_(machine),
      lane_(sim::node_lane(static_cast<std::uint32_t>(number))),
      event_kind_(event_kind),
      make_frame_(std::move(make_frame)) {
  LOCKSTEP_ASSERT(per_second > 0);
  period_ = base::Duration(std::chrono::seconds(1)) / static_cast<std::int64_t>(per_second);
  wait();
}

void SteadySender::end() {
  if (next_) {
    engine_.cancel(*next_);
    next_.reset();
  }
}

void SteadySender::wait() {
  next_ = engine_.call_at(engine_.now() + period_,
                          sim::Event::call<&SteadySender::send_next>(*this, lane_, event_kind_));
}

void SteadySender::send_next(std::uint64_t, std::uint64_t) {
  wait();
  if (!machine_.is_running()) {
    return;
  }
  const runtime::Frame frame = make_frame_();
  if (frame == nullptr) {
    return;
  }
  for (const runtime::PeerId peer : machine_.peers()) {
    machine_.transport().send(peer, frame);
  }
}

}  // namespace lockstep::cluster
