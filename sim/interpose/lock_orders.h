// Which locks were waited for while which others were held, over all schedules: deadlocks to come.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/interpose/failure.h"

namespace lockstep::interpose {

struct Object;
struct Thread;

/// Called once, before the program's data is remembered.
void begin_lock_orders();
/// What follows is schedule `number` of the exploration; its orders are noted.
void note_orders_of(std::uint64_t number);
/// The schedule has ended: looks for circles. Memory lies as the schedule left it.
void end_orders();

/// The running thread has waited for `object`, and takes it while it holds others.
void note_order(const Object& object, bool shared, const void* pc);

/// `child` begins, `joined` was joined by the running thread: what is before and after can never meet.
void order_start(Thread& parent, Thread& child);
void order_join(Thread& joiner, const Thread& joined);

/// The circles found so far, as lines of the report.
[[nodiscard]] const std::vector<std::string>& order_cycles();

}  // namespace lockstep::interpose
