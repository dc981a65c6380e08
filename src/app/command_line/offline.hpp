#pragma once

// Commands that work on the data folder of a platform that is not running.

#include <cstdint>
#include <iosfwd>
#include <string>

namespace command_line {

// Replays the whole journal and compares every checkpoint. Changes nothing. Exit status 0 when all
// agree, 1 with the reason otherwise.
int verify_replay(const std::string& data_folder, std::ostream& out, std::ostream& err);

// Drops the projections and writes them again from the journal.
int rebuild(const std::string& data_folder, std::ostream& out, std::ostream& err);

// Ends a damaged journal before the byte OFFSET of segment SEGMENT ("SEGMENT:OFFSET"), keeping what
// is cut off under another name.
int repair_journal(const std::string& data_folder, const std::string& drop_from, std::ostream& out,
                   std::ostream& err);

// The projections file of a data folder.
std::string projections_file(const std::string& data_folder);

}  // namespace command_line
