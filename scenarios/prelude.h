// The vocabulary of stories, and nothing else: what a story may say is listed here.
#pragma once

#include "sim/cluster/cluster.h"

namespace lockstep::scenarios {

// Whom.
using cluster::Cluster;
using cluster::Group;
using cluster::sent_by;
using cluster::sent_to;

// When.
using cluster::slot;

// What befalls them.
using cluster::Answering;
using cluster::Fault;

// What must be.
using cluster::blocks_imported_at_most;
using cluster::every_head;
using cluster::finalized_at_least;
using cluster::finalized_at_most;
using cluster::head_of;
using cluster::heads_agree;
using cluster::heads_differ;
using cluster::reached;
using cluster::ticks_late_at_most;

}  // namespace lockstep::scenarios
