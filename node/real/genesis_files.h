// The files that a network begins with, in leanSpec's YAML forms (node/genesis.py, validator/registry.py).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "node/real/signature_choice.h"
#include "node/real/user_error.h"
#include "node/runtime/random.h"
#include "node/spec/containers.h"
#include "node/validator/own_validator.h"

namespace lockstep::real {

/// What a genesis file (config.yaml) says.
struct Genesis {
  std::uint64_t genesis_time = 0;  ///< Unix seconds.
  std::shared_ptr<const spec::ValidatorRegistry> validators;
};

/// Reads GENESIS_TIME and GENESIS_VALIDATORS; other keys are left alone.
[[nodiscard]] OrUserError<Genesis> read_genesis(const std::string& path);

/// The indices that a validators.yaml gives to a node, ascending. An unknown node is an error, as is an index
/// that is given twice or that genesis does not know.
[[nodiscard]] OrUserError<std::vector<std::uint64_t>> read_assignment(const std::string& path,
                                                                      const std::string& node_id,
                                                                      std::size_t validators);

/// Loads the keys of the validators at `indices` from a directory with a validator-keys-manifest.yaml. Every
/// key must be the one that genesis names. Keys will sign nothing for slots below `first_slot`.
[[nodiscard]] OrUserError<std::vector<validator::OwnValidator>> load_keys(
    const std::string& directory, const std::vector<std::uint64_t>& indices, const Genesis& genesis,
    const SignatureChoice& signatures, std::uint64_t first_slot);

/// A network to be made.
struct DevnetPlan {
  std::string directory;
  std::uint64_t genesis_time = 0;
  std::size_t validators = 4;
  std::size_t nodes = 4;
  /// Nodes are called this and a number.
  std::string node_prefix = "node_";
};

/// Makes config.yaml, validators.yaml (validators dealt out in turn) and hash-sig-keys/ with fresh keys. The
/// directory must not hold a config.yaml yet; nothing that is there is overwritten.
[[nodiscard]] OrUserError<void> make_devnet(const DevnetPlan& plan, const SignatureChoice& signatures,
                                            runtime::Random& random);

}  // namespace lockstep::real
