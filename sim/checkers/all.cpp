// The list of all checkers.
#include "sim/checkers/checkers.h"

namespace lockstep::checkers {

cluster::Invariants all() {
  cluster::Invariants out;
  out.push_back(finalized_chain_never_forks());
  out.push_back(no_honest_validator_equivocates());
  out.push_back(head_descends_from_justified());
  out.push_back(rejected_input_changes_nothing());
  out.push_back(head_and_finality_advance());
  out.push_back(every_queue_stays_within_its_bound());
  out.push_back(fetches_in_flight_stay_within_eight());
  out.push_back(reports_add_up());
  out.push_back(every_input_has_one_outcome());
  return out;
}

}  // namespace lockstep::checkers
