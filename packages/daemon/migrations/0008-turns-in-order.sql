-- The newest turn of a thread is found without reading and sorting all of them.
DROP INDEX turn_by_thread;
CREATE INDEX turn_by_thread ON turn (thread_id, id);
