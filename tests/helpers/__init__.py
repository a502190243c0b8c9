"""What more than one test module uses; no test module imports another one."""
