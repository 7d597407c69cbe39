// The units of consensus: slots, intervals, validators, roots.
#pragma once

#include "node/base/bytes.h"
#include "node/base/quantity.h"
#include "node/spec/config.h"

namespace lockstep::spec {

using Slot = base::Quantity<struct SlotTag>;
/// Intervals since genesis; five make a slot.
using Interval = base::Quantity<struct IntervalTag>;
using ValidatorIndex = base::Quantity<struct ValidatorIndexTag>;
using SubnetId = base::Quantity<struct SubnetIdTag>;
using Root = base::Bytes32;

}  // namespace lockstep::spec
