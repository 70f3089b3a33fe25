-- How many of its findings an automation has fixed by itself; those that there are: none.
UPDATE automation SET body = json_set(body, '$.options.fixes', 0);
