// The outcome of something that a peer, a disk or a user can make fail.
#pragma once

#include <boost/system/result.hpp>

namespace lockstep::base {

/// A value or the reason why there is none. Errors are enums or small structs of the room that returns them.
template <typename T, typename E>
using Result = boost::system::result<T, E>;

}  // namespace lockstep::base
