// A mutant: a small textual change to sources of the node that brings back a bug of the past.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::mutation {

/// Put `made` in the place of `found`, which the file must contain exactly once; how it is broken into lines
/// does not matter.
struct Change {
  std::string file;
  std::string found;
  std::string made;
};

/// What a *.mutant file says.
///
///     // What the mutant does.
///     pair: B-012                          (which pairs must see it; one or more lines)
///     file: node/chain/block_cache.cpp     (to which file the following changes apply)
///     compile: scenarios/…/states.cpp      (which unchanged sources are to see a changed header)
///     replace:
///     <lines>
///     by:
///     <lines>
///     end:
struct Mutant {
  std::string says;
  std::vector<std::string> pairs;
  std::vector<std::string> compiled;
  std::vector<Change> changes;
  /// Why the text is no mutant; empty when it is one.
  std::string error;
};

[[nodiscard]] Mutant read_mutant(std::string_view text);

/// Sources by path.
using Sources = std::map<std::string, std::string>;

/// Makes the changes to `sources`. Returns why the mutant does not apply, empty if it does: a file that is
/// not there, or a text that is there not once.
[[nodiscard]] std::string make_changes(const Mutant& mutant, Sources& sources);

}  // namespace lockstep::mutation
