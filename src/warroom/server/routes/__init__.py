"""The endpoints, a file for each topic. Every one says by `act` what it does, and by `said` what it takes and gives."""
